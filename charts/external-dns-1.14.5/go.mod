// The one place that names the version of the module that holds the chart external-dns. There is no Go code
// here: `make charts` downloads the module and checks it against go.sum. Do not run `go mod tidy`, which drops it.
module platform.tekanya.services/charts/external-dns-1.14.5

go 1.26.4

require sigs.k8s.io/external-dns v0.15.0
