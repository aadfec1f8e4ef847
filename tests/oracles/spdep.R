# Answers of spdep and of R itself to cases written by spdep.py: one row per case, quantity, place.
suppressPackageStartupMessages({library(spdep); library(sf)})
folder <- commandArgs(trailingOnly = TRUE)[1]
set.ZeroPolicyOption(TRUE)
read <- function(name) read.csv(file.path(folder, name))
values <- split(read("values.csv"), read("values.csv")$case)
links <- split(read("links.csv"), read("links.csv")$case)
shapes <- split(read("shapes.csv"), read("shapes.csv")$case)
out <- list()
keep <- function(case, quantity, found) {
  found <- as.vector(found)
  out[[length(out) + 1]] <<- data.frame(
    case = case, quantity = quantity, place = seq_along(found) - 1, value = found)
}
matrix_of <- function(nb) {
  w <- matrix(0, length(nb), length(nb))
  for (i in seq_along(nb)) w[i, nb[[i]]] <- 1  # 0 stands for no neighbour and is no place
  as.vector(t(w))
}
for (case in names(values)) {
  v <- values[[case]]
  n <- nrow(v)
  w <- matrix(0, n, n)
  edges <- links[[case]]
  w[cbind(edges$i + 1, edges$j + 1)] <- edges$w
  listw <- mat2listw(w, style = "M")
  x <- v$x
  for (randomised in c(TRUE, FALSE)) {
    name <- if (randomised) "random" else "normal"
    test <- moran.test(x, listw, randomisation = randomised, alternative = "two.sided")
    keep(case, paste("moran", name), c(test$estimate, test$statistic, test$p.value))
    test <- geary.test(x, listw, randomisation = randomised, alternative = "greater")
    keep(case, paste("geary", name), c(test$estimate, test$p.value))
  }
  local <- localmoran(x, listw)
  keep(case, "local moran", local[, 1])
  binary <- mat2listw((w > 0) * 1, style = "M")
  keep(case, "local g", localG(v$positive, binary))
  keep(case, "local g star", localG(v$positive, nb2listw(include.self(binary$neighbours), style = "B")))
  rate <- suppressMessages(EBImoran.mc(v$events, v$people, listw, nsim = 1,
    subtract_mean_in_numerator = TRUE))
  keep(case, "rate moran", rate$statistic)
  keep(case, "smoothed", EBest(v$events, v$people)$estmm)
  keep(case, "bandwidth", bw.nrd0(x))
  keep(case, "adjusted", p.adjust(v$p, "BH"))
  polygons <- st_as_sfc(shapes[[case]]$wkt)
  for (queen in c(TRUE, FALSE)) {
    nb <- suppressWarnings(poly2nb(polygons, queen = queen, snap = 1e-7))
    keep(case, if (queen) "queen" else "rook", matrix_of(nb))
  }
  queen <- suppressWarnings(poly2nb(polygons, snap = 1e-7))
  keep(case, "order two", matrix_of(nblag(queen, 2)[[2]]))
  points <- cbind(v$px, v$py)[seq_len(length(polygons)), ]
  keep(case, "nearest", matrix_of(knn2nb(knearneigh(points, k = 3))))
  keep(case, "band", matrix_of(dnearneigh(points, 0, v$reach[1])))
}
cat(paste(packageVersion("spdep")), file = file.path(folder, "version.txt"))
write.csv(do.call(rbind, out), file.path(folder, "answers.csv"), row.names = FALSE)
