#!/usr/bin/env bash
# Makes a management cluster: kind in Docker, or one that is there; Crossplane, functions, providers, and this package on it.
# Run it again at any time: what is there is kept, what differs is applied.
set -euo pipefail

usage() {
  cat <<'TEXT'
kind-bootstrap/up.sh: makes a management cluster, and installs this package on it

  CONTEXT=name           a cluster that is there, by its context in your kubeconfig; without it, one is made with kind
  CREDENTIALS=kind       how the providers reach AWS: secret (the default), irsa, pod-identity, or none for later
  AWS_CREDENTIALS=file   for secret: a shared credentials file, of which the profile "default" is used
  ROLE_ARN=arn           for irsa: the role that the providers take
  TIMEOUT=10m            how long each step may take
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
namespace=crossplane-system
credentials=${CREDENTIALS:-secret}
timeout=${TIMEOUT:-10m}

fail() {
  printf 'up.sh: %s\n' "$*" >&2
  exit 1
}

step() { printf '\n== %s\n' "$*"; }

need() { command -v "$1" >/dev/null || fail "there is no $1 on PATH: install it ($2)"; }

kube() { kubectl --context "$context" "$@"; }

apply() { kube apply --server-side --force-conflicts --field-manager=kind-bootstrap "$@"; }

# Everything that is asked for is checked before anything is made.
check() {
  need kubectl https://kubernetes.io/docs/tasks/tools
  need helm https://helm.sh/docs/intro/install
  if [[ -z ${CONTEXT:-} ]]; then
    need kind https://kind.sigs.k8s.io
    need docker https://docs.docker.com/engine/install
    docker info >/dev/null 2>&1 || fail 'Docker does not answer: start it, or name a cluster that is there with CONTEXT=name'
  fi
  case $credentials in
    secret)
      [[ -n ${AWS_CREDENTIALS:-} ]] || fail 'CREDENTIALS=secret wants AWS_CREDENTIALS=file; CREDENTIALS=none leaves it for later'
      [[ -r $AWS_CREDENTIALS ]] || fail "AWS_CREDENTIALS: $AWS_CREDENTIALS cannot be read"
      ;;
    irsa) [[ ${ROLE_ARN:-} == arn:*:iam::*:role/* ]] || fail 'CREDENTIALS=irsa wants ROLE_ARN=arn:aws:iam::ACCOUNT:role/NAME' ;;
    pod-identity | none) ;;
    *) fail "CREDENTIALS=$credentials is not one of secret, irsa, pod-identity, none" ;;
  esac
}

make_cluster() {
  if [[ -n ${CONTEXT:-} ]]; then
    context=$CONTEXT
    step "The cluster $context"
  else
    local name
    name=$(sed -n 's/^name: //p' "$here/kind.yaml")
    context=kind-$name
    step "A cluster of kind, $name"
    if kind get clusters 2>/dev/null | grep -qx "$name"; then
      echo "$name is there"
    else
      kind create cluster --config "$here/kind.yaml" --wait "$timeout"
    fi
  fi
  kube version >/dev/null || fail "the cluster of context $context does not answer"
}

install_crossplane() {
  step 'Crossplane'
  # Helm writes the charts that it fetches beside Chart.yaml, so it gets a copy.
  local chart
  chart=$(mktemp -d)
  cp "$here"/crossplane/*.yaml "$chart"
  helm dependency update "$chart"
  helm upgrade --install crossplane "$chart" --kube-context "$context" \
    --namespace "$namespace" --create-namespace --wait --timeout "$timeout"
  rm -rf "$chart"
}

# The role and its ServiceAccount come before the providers: EKS hands out credentials when a pod is made.
install_packages() {
  step 'Functions and providers'
  apply -f "$here/runtime"
  if [[ $credentials == irsa ]]; then
    kube annotate serviceaccount provider-aws -n "$namespace" --overwrite "eks.amazonaws.com/role-arn=$ROLE_ARN"
  fi
  apply -f "$here/packages"
  kube wait --for=condition=Healthy --timeout="$timeout" -f "$here/packages/functions.yaml" -f "$here/packages/providers.yaml"
}

give_credentials() {
  step "Credentials: $credentials"
  case $credentials in
    none) echo 'left for later: kind-bootstrap/credentials/' ; return ;;
    secret)
      kube create secret generic aws-credentials -n "$namespace" --from-file=credentials="$AWS_CREDENTIALS" \
        --dry-run=client -o yaml | apply -f -
      ;;
  esac
  apply -f "$here/credentials/$credentials/provider-config.yaml"
}

install_package() {
  step 'This package'
  apply -f "$here/rbac"
  apply -f "$root/xrds"
  kube wait --for=condition=Established --timeout="$timeout" -f "$root/xrds"
  apply -f "$root/compositions"
}

case ${1:-} in
  '') ;;
  -h | --help) usage && exit ;;
  *) usage >&2 && exit 2 ;;
esac
check
make_cluster
install_crossplane
install_packages
give_credentials
install_package
step 'Done. To go on:'
cat <<TEXT
  kubectl --context $context create namespace builderspace
  kubectl --context $context apply -f claims/builderspace.yaml
  kubectl --context $context get platformclaims -n builderspace --watch
TEXT
