"""Puts the example configs into the wheel; everything else stands in pyproject.toml.

They stand in ``configs/`` beside the package, where people who work in the repository want them.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithConfigs(build_py):
    """Copies ``configs/`` to ``dtaojax/configs/`` of what is built."""

    def run(self) -> None:
        """Builds; an editable installation finds the originals."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "dtaojax" / "configs"
            shutil.copytree("configs", target, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithConfigs})
