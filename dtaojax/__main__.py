"""``python -m dtaojax`` is the command ``dtaojax``."""

from dtaojax.cli import main

main()
