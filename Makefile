# GNU make 3.81 and a POSIX shell are enough. Paths are relative, so the course may lie in any folder.
.PHONY: help lab test test-slow notebooks pins lint setup classroom wheelhouse clean

help:
	@echo "make lab         set up what is needed and open the course in JupyterLab"
	@echo "make classroom   set up what a teacher needs: the course and nbgrader"
	@echo "make wheelhouse  gather all that installs the course without a network"
	@echo "make test        set up what is needed and run the tests and all notebooks"
	@echo "make test-slow   run the tests that take minutes: trainings, grading, notebooks without a network"
	@echo "make notebooks   execute the lessons again and write notebooks/"
	@echo "make lint        check the style of the code"
	@echo "make pins        compute requirements.txt anew from requirements.in (needs uv)"
	@echo "make clean       remove what these commands have made; my_notebooks/ and runs/ stay"

# The Python to use can be named: make lab PYTHON=/path/to/python3.12
setup:
	@sh tools/setup.sh

classroom:
	@sh tools/setup.sh classroom

wheelhouse: classroom
	@.venv/bin/python tools/make_wheelhouse.py

lab: setup
	@.venv/bin/gan-course lab

# Two processes share two cores; with one thread each they do not stand in each other's way.
ONE_THREAD = TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 OMP_NUM_THREADS=1

# Another plot backend, set for a terminal, would leave the notebooks without pictures.
test: classroom
	@unset MPLBACKEND; $(ONE_THREAD) .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: classroom
	@unset MPLBACKEND; .venv/bin/python -m pytest -n 2 --dist loadgroup -m slow tests

notebooks: setup
	@unset MPLBACKEND; .venv/bin/python tools/build_notebooks.py

lint: setup
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

# One set of pins for Python 3.11 to 3.13 and every platform. Remove requirements.txt first to renew what is in it.
pins:
	@uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate -o requirements.txt requirements.in
	@uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate -c requirements.txt \
		--extra classroom -o requirements-classroom.txt pyproject.toml

clean:
	rm -rf .venv .venv.lock wheelhouse wheelhouse.new build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find gan_course hub lessons notebooks tests tools -depth -type d \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} \;
