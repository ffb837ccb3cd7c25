# Separate two kinds of bacteria by the GC content of their reads: a mixture of two normal distributions, by the
# expectation-maximisation algorithm. Base R only.
#
#   Rscript separate_species.R GC.tsv --output SPECIES.tsv --plot GC.pdf

args <- commandArgs(trailingOnly = TRUE)
if (length(args) != 5 || args[2] != "--output" || args[4] != "--plot") {
  stop("usage: separate_species.R GC.tsv --output SPECIES.tsv --plot GC.pdf")
}
gc <- read.delim(args[1], header = FALSE, col.names = c("read", "percent"))$percent

mean <- unname(quantile(gc, c(0.1, 0.9)))
sd <- rep(sd(gc) / 2, 2)
share <- c(0.5, 0.5)
for (pass in 1:200) {
  height <- sapply(1:2, function(k) share[k] * dnorm(gc, mean[k], sd[k]))
  weight <- height / rowSums(height)
  size <- colSums(weight)
  share <- size / length(gc)
  mean <- colSums(weight * gc) / size
  sd <- sqrt(colSums(weight * outer(gc, mean, "-")^2) / size)
}

species <- data.frame(mean = round(mean, 1), sd = round(sd, 1), share = round(share, 2))
write.table(species, args[3], sep = "\t", quote = FALSE, row.names = FALSE)

pdf(args[5], width = 7, height = 4.5, compress = FALSE)
hist(gc, breaks = 30, freq = FALSE, main = "", xlab = "GC content (%)")
for (k in 1:2) curve(share[k] * dnorm(x, mean[k], sd[k]), add = TRUE, lwd = 2, col = k + 1)
invisible(dev.off())
# A PDF says when it was made. Without that, the same reads give the same file.
lines <- gsub("D:[0-9]{14}", "D:20000101000000", readLines(args[5], warn = FALSE), useBytes = TRUE)
writeLines(lines, args[5], useBytes = TRUE)

cat(sprintf("%.0f %% of the reads with %.1f %% G and C, standard deviation %.1f\n", 100 * share, mean, sd), sep = "")
