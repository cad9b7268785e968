# Everything a fresh clone needs: a compiler, Python 3.11 or newer, and these targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
KERNELS := $(wildcard kernels/*.pyx kernels/*.pxd kernels/*.h)

.PHONY: demo test validate validate-full bench docs check clean

# The main job on real input: a tempered shaft, a 3-D part from an STL, a plate cast on a chill.
demo: export OMP_WAIT_POLICY = PASSIVE
demo: $(VENV)/installed
	mkdir -p demo
	$(BIN)/metaltwin run examples/shaft.yaml -o demo
	$(BIN)/metaltwin show demo/shaft.vtkhdf hardness --save demo/shaft_hardness.png
	$(BIN)/metaltwin show demo/shaft.vtkhdf stress.axial --save demo/shaft_axial_stress.png
	$(BIN)/python examples/flange.py demo/flange.stl
	$(BIN)/metaltwin run examples/flange.yaml -o demo
	$(BIN)/metaltwin show demo/flange.vtkhdf hardness --cut y --save demo/flange_hardness.png
	$(BIN)/metaltwin show demo/flange.vtkhdf stress.zz --cut y --save demo/flange_axial_stress.png
	$(BIN)/metaltwin run examples/casting_plate.yaml -o demo
	$(BIN)/metaltwin show demo/casting_plate.vtkhdf solidification_time --cut y --save demo/casting_plate_time.png
	$(BIN)/metaltwin show demo/casting_plate.vtkhdf niyama --cut y --save demo/casting_plate_niyama.png

test: $(VENV)/installed
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m pytest

validate: $(VENV)/installed
	$(BIN)/metaltwin validate --json validate.json

validate-full: $(VENV)/installed
	$(BIN)/metaltwin validate --full --json validate-full.json

bench: $(VENV)/installed
	$(BIN)/metaltwin bench --json bench.json

check: $(VENV)/installed
	$(BIN)/pip install --quiet -e ".[check]"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PATH="$(abspath $(BIN)):$$PATH" cython-lint --max-line-length=120 kernels

clean:
	rm -rf build dist demo $(VENV) *.egg-info kernels/*.so

$(VENV)/installed: pyproject.toml setup.py $(KERNELS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet -e ".[test]"
	touch $@
