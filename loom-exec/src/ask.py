import importlib.util
import json
import os
import sys
import traceback

answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
script, values = sys.argv[1], json.loads(sys.argv[2])
sys.argv[:] = [script]
sys.path[0] = os.path.dirname(os.path.abspath(script))
try:
    spec = importlib.util.spec_from_file_location("condition", script)
    module = importlib.util.module_from_spec(spec)
    sys.modules["condition"] = module
    spec.loader.exec_module(module)
    evaluate = getattr(module, "evaluate", None)
    if evaluate is None:
        sys.exit(f"{script} has no function `evaluate`")
    holds = bool(evaluate(**values))
except Exception as error:
    # The lines of this file, and of the loader, say nothing to whoever wrote the script.
    frames = error.__traceback__
    while frames and (frames.tb_frame.f_code.co_filename == "<string>" or "importlib" in frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)
    sys.exit(1)
answer.write("true" if holds else "false")
answer.close()
