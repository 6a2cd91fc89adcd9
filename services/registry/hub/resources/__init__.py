"""Resources (资源链接): what organisations need and others give, matched, delivered, and its worth."""
