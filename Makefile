.DEFAULT_GOAL := help
help:
	@echo "set-up comes with the first commands"
