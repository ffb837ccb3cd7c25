# Runs the original as often as it is told to, each time in a process of its own that has it loaded already: that takes it
# half a second. A line on standard input is a call, the answer is the exit code.
import json
import os
import sys

from loom.runner import main

for line in sys.stdin:
    call = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
else:
    sys.exit()

os.chdir(call["folder"])
os.environ.clear()
os.environ.update(call["environment"])
files = [(os.devnull, os.O_RDONLY), (call["stdout"], os.O_WRONLY), (call["stderr"], os.O_WRONLY)]
for number, (path, flags) in enumerate(files):
    os.dup2(os.open(path, flags), number)
sys.argv = ["loom", *call["words"]]
sys.exit(main())
