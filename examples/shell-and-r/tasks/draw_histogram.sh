# Draw a histogram with letters.
#
#   draw_histogram.sh COUNTS.tsv --output HISTOGRAM.txt [--width 4]
set -eu

counts=$1
shift
output='' width=4
while [ $# -gt 0 ]; do
    case $1 in
        --output) output=$2 ;;
        --width) width=$2 ;;
        *) echo "draw_histogram.sh: $1 is not an option" >&2; exit 2 ;;
    esac
    shift 2
done
if [ -z "$output" ]; then
    echo "draw_histogram.sh: --output is missing" >&2
    exit 2
fi

awk -v width="$width" '
    { bar = int($1 / width); number[bar] += $2; if (NR == 1) first = bar; last = bar }
    END {
        for (bar = first; bar <= last; bar++) {
            line = sprintf("%3d %% ", bar * width)
            for (i = 0; i < number[bar]; i++) line = line "#"
            print line
        }
    }' "$counts" > "$output"

cat "$output"
