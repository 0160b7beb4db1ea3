// The one place that names the version of the module that holds the charts karpenter and karpenter-crd. There is no Go code
// here: `make charts` downloads the module and checks it against go.sum. Do not run `go mod tidy`, which drops it.
module platform.tekanya.services/charts/karpenter-1.14.1

go 1.26.6

require github.com/aws/karpenter-provider-aws v1.14.1
