"""`python -m xlnet` does the same as `xlnet`."""

from xlnet.cli import main

if __name__ == "__main__":
    main()
