"""nbgrader's settings for everyone on the hub: which course, and where assignments are exchanged."""

import os

c = get_config()  # noqa: F821  nbgrader brings it

c.CourseDirectory.course_id = "gan-course"
c.Exchange.root = os.environ["GAN_COURSE_EXCHANGE"]

# With the simple spawner all files belong to one user, so a name comes from the hub and not from the files' owner.
if os.environ.get("GAN_COURSE_STUDENT"):
    c.CourseDirectory.student_id = os.environ["GAN_COURSE_STUDENT"]
c.ExchangeCollect.check_owner = os.environ.get("GAN_COURSE_SPAWNER") != "simple"
