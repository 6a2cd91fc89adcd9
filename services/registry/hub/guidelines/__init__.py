"""Guidelines (操作指引、管理办法、发展规划): by version, one in force."""
