"""Builds ``metaltwin``: this folder IS the package, its floors are the sub-packages.

Nothing but names ending in ``metaltwin`` reaches site-packages; tests/ stays here.
"""

import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup
from setuptools.command.build_py import build_py

FLOORS = ("kernels", "materials", "solver", "cases", "twin", "views", "validation")
TOOLS = {"setup", "conftest"}  # root modules that belong to the workshop, not to the package
COMPILE, LINK = {
    "win32": (["/O2", "/openmp"], []),
    "darwin": (["-O3"], []),
}.get(sys.platform, (["-O3", "-fno-math-errno", "-fno-trapping-math", "-fopenmp"], ["-fopenmp"]))


class BuildPy(build_py):
    """Ship the root modules of the package, not the workshop's."""

    def find_package_modules(self, package, package_dir):
        found = super().find_package_modules(package, package_dir)
        return [entry for entry in found if entry[1] not in TOOLS]


def packages():
    deeper = [f"metaltwin.{floor}.{sub}" for floor in FLOORS for sub in find_packages(floor)]
    return ["metaltwin", *(f"metaltwin.{floor}" for floor in FLOORS), *deeper]


def kernel(source):
    return Extension(
        f"metaltwin.kernels.{Path(source).stem}",
        [source],
        include_dirs=["kernels"],
        depends=[str(header) for header in Path("kernels").glob("*.h")],
        extra_compile_args=COMPILE,
        extra_link_args=LINK,
    )


if __name__ == "__main__":  # an editable install makes this file importable as metaltwin.setup
    setup(
        package_dir={"metaltwin": "."},
        packages=packages(),
        package_data={
            "metaltwin": ["py.typed"],
            "metaltwin.kernels": ["*.pyi"],
            "metaltwin.materials": ["data/*/*.yaml"],
        },
        include_package_data=False,
        cmdclass={"build_py": BuildPy},
        ext_modules=cythonize(
            [kernel(str(path)) for path in sorted(Path("kernels").glob("_*.pyx"))],
            build_dir="build/cython",
            include_path=["kernels"],
        ),
    )
