// The one place that names the versions of the CRDs in this folder. There is no Go code here: `make crds` downloads these
// modules, each of which holds its CRDs, and checks them against go.sum. Do not run `go mod tidy`, which drops them all.
module platform.tekanya.services/crds

go 1.26.4

require (
	github.com/argoproj/argo-cd/v3 v3.1.0
	github.com/aws/karpenter-provider-aws v1.0.6
	github.com/crossplane-contrib/provider-helm v1.3.0
	github.com/crossplane-contrib/provider-kubernetes v1.2.1
	github.com/crossplane/crossplane/v2 v2.3.4
	github.com/fluxcd/helm-controller v1.4.3
	github.com/fluxcd/kustomize-controller v1.7.3
	github.com/fluxcd/source-controller v1.7.3
	github.com/kubernetes-csi/external-snapshotter/client/v8 v8.4.0
	github.com/upbound/provider-aws/v2 v2.5.0
)
