# Simulate reads of DNA from a sample with two kinds of bacteria.
#
#   simulate_reads.sh --output READS.fa [--reads 300] [--length 100] [--seed 1]
#
# One read in three is from Staphylococcus aureus (33 % G and C), the others from Escherichia coli (51 %).
set -eu

output='' reads=300 length=100 seed=1
while [ $# -gt 0 ]; do
    case $1 in
        --output) output=$2 ;;
        --reads) reads=$2 ;;
        --length) length=$2 ;;
        --seed) seed=$2 ;;
        *) echo "simulate_reads.sh: $1 is not an option" >&2; exit 2 ;;
    esac
    shift 2
done
if [ -z "$output" ]; then
    echo "simulate_reads.sh: --output is missing" >&2
    exit 2
fi

# The random numbers are Park and Miller's, since each awk has a rand() of its own.
awk -v reads="$reads" -v length_="$length" -v state="$seed" '
    function random() { state = (16807 * state) % 2147483647; return state / 2147483647 }
    BEGIN {
        for (i = 0; i < 10; i++) random()
        for (read = 1; read <= reads; read++) {
            gc = random() < 1 / 3 ? 0.33 : 0.51
            printf ">read%04d\n", read
            for (i = 0; i < length_; i++) {
                letters = random() < gc ? "GC" : "AT"
                printf "%s", substr(letters, random() < 0.5 ? 1 : 2, 1)
            }
            printf "\n"
        }
    }' > "$output"

echo "$reads reads of $length bases -> $output"
