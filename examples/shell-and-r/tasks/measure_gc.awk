#!/usr/bin/awk -f
# The GC content of every read of a FASTA file, in percent.
#
#   measure_gc.awk READS.fa --output GC.tsv

BEGIN {
    if (ARGC != 4 || ARGV[2] != "--output") {
        print "usage: measure_gc.awk READS.fa --output GC.tsv" > "/dev/stderr"
        wrong = 1
        exit 2
    }
    output = ARGV[3]
    ARGC = 2  # what is left are the files to read
    printf "" > output
}

/^>/ { finish(); name = substr($0, 2); next }
{ bases += length($0); strong += gsub(/[GCgc]/, "") }

END {
    if (wrong) exit 2
    finish()
    if (!reads) {
        print "measure_gc.awk: no reads in " ARGV[1] > "/dev/stderr"
        exit 1
    }
    printf "%d reads, %.1f %% G and C on average\n", reads, total / reads
}

function finish() {
    if (name != "" && bases) {
        percent = int(100 * strong / bases + 0.5)
        print name "\t" percent > output
        reads++
        total += percent
    }
    bases = strong = 0
}
