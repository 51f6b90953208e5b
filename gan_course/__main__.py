"""`python -m gan_course` is the same as `gan-course`."""

import sys

from gan_course.cli import main

if __name__ == "__main__":
    sys.exit(main())
