"""`python -m chassis.command` is `shuniu`."""

from chassis.command.main import main

main()
