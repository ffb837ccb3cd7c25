# Says what it was handed, makes its outputs out of that, and fails if it is told to.
import json
import os
import sys
import zlib

here = os.path.join(os.getcwd(), "")
cache = ".loom-url-cache/"


def as_handed(word):
    # The original passes whole paths, and names what it fetched otherwise.
    word = word.removeprefix(here)
    return cache + "*" if word.startswith(cache) else word


def sum_of(path):
    if os.path.isdir(path):
        return sorted(os.listdir(path))
    with open(path, "rb") as file:
        return zlib.crc32(file.read())


tasks, name = os.path.split(os.path.abspath(sys.argv[0]))
words = [as_handed(word) for word in sys.argv[1:]]
with open(os.path.join(tasks, "..", "ran", name), "a") as log:
    log.write(json.dumps(words) + "\n")

makes = [(flag, path) for flag, path in zip(sys.argv, sys.argv[1:]) if flag in OUTPUT_FLAGS]
made = [path for _, path in makes]
is_read = lambda path: path not in made and (os.path.isfile(path) or os.path.isdir(path))
text = json.dumps([name, words, [sum_of(path) for path in sys.argv[1:] if is_read(path)]])
for flag, path in makes:
    if flag == "--folder":
        os.makedirs(os.path.join(path, "deep"), exist_ok=True)
        paths = [os.path.join(path, part) for part in ("one.txt", "two.csv", "deep/three.txt")]
    else:
        paths = [path]
    for path in paths:
        with open(path, "w") as file:
            file.write(text)

fails = "--fail" in words
for flag, value in zip(words, words[1:]):
    # Fails for what it is handed a second time: an item of a loop, the value of a pass.
    fails |= flag == "--fail-for" and words.count(value) > 1
sys.exit(fails)
