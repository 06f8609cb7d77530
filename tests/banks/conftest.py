"""The banks are data: pytest imports none of their files."""

collect_ignore_glob = ["hw*"]
