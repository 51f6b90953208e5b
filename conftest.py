"""For all tests, the notebooks among them: nobody's progress is written."""

import os

# The processes that tests start and the kernels of the notebooks inherit it.
os.environ["GAN_COURSE_PROGRESS"] = "off"
