# Functions that the scripts of this folder share: they choose a Slurm, build with visible errors,
# and find a Debian mirror. Source this file before any change of folder. The functions that build
# run in the root of the tree.
started_in=$PWD

# choose_slurm [PREFIX]: makes PATH lead to the commands and daemons of one Slurm, and sets
# slurm_prefix. The folders of this Slurm come first in PATH only if PATH leads to another Slurm:
# otherwise /usr/bin would hide the user's own cmake, compiler or python. PREFIX is the folder into
# which Slurm was installed. Default: the Slurm whose scontrol is first in PATH, otherwise the one
# in /usr. If PREFIX has no Slurm, prints why and returns 1.
choose_slurm() {
  local scontrol
  slurm_prefix=/usr
  if [[ -n ${1:-} ]]; then
    slurm_prefix=$(cd "$started_in" && realpath --canonicalize-missing --no-symlinks "$1")
    [[ -x $slurm_prefix/bin/scontrol ]] || {
      echo "$slurm_prefix has no Slurm: $slurm_prefix/bin/scontrol does not exist" >&2
      return 1
    }
  elif scontrol=$(command -v scontrol); then
    slurm_prefix=$(dirname "$(dirname "$scontrol")")
    # A link in PATH may point to a command that was installed elsewhere.
    [[ -e $slurm_prefix/include/slurm/slurm.h ]] ||
      slurm_prefix=$(dirname "$(dirname "$(realpath "$scontrol")")")
  fi
  export PATH=$PATH:$slurm_prefix/sbin
  path_leads_to_slurm || PATH=$slurm_prefix/bin:$slurm_prefix/sbin:$PATH
}

# path_leads_to_slurm: succeeds if PATH finds the chosen Slurm, as far as it is installed.
path_leads_to_slurm() {
  local file
  for file in "$slurm_prefix"/bin/{sacctmgr,sbatch,scancel,scontrol,sinfo,squeue} \
    "$slurm_prefix"/sbin/{slurmctld,slurmd,slurmdbd}; do
    [[ ! -e $file || $(command -v "${file##*/}") -ef $file ]] || return 1
  done
}

# is_debian_slurm: succeeds if the chosen Slurm is Debian's own, or if there is none yet.
is_debian_slurm() {
  [[ $slurm_prefix == /usr ]] || return 1
  [[ ! -x /usr/bin/scontrol ]] ||
    [[ $(dpkg-query -W -f='${Status}' slurm-client 2>/dev/null) == *'ok installed'* ]]
}

# configure PRESET [OPTION…]: configures build/PRESET for the chosen Slurm, and names it.
configure() {
  local preset=$1 cache=build/$1/CMakeCache.txt before launcher=()
  shift
  before=$(sed -n 's/^SLURM_PREFIX:[A-Z]*=//p' "$cache" 2>/dev/null) || true
  if [[ -n $before && $before != "$slurm_prefix" ]]; then
    echo "build/$preset was for the Slurm in $before, and is now for the one in $slurm_prefix" >&2
  fi
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  mkdir -p "build/$preset"
  cmake --preset "$preset" -DSLURM_PREFIX="$slurm_prefix" "${launcher[@]}" "$@" \
    >"build/$preset/configure.log" || return 1
  sed -n 's/^-- \(Slurm .*\)/\1/p' "build/$preset/configure.log" >&2
}

# build PRESET [OPTION… | --target TARGET…]: configures and builds. The compiler's output is in
# build/PRESET/build.log. If the build fails, the errors are shown.
build() {
  local preset=$1 log=build/$1/build.log
  shift
  configure "$preset" || return 1
  if cmake --build --preset "$preset" --parallel "$(nproc)" "$@" >"$log" 2>&1; then return; fi
  # Ninja prints each failed command before its output, and the progress of other commands between
  # them. Neither a grep without matches nor a head that stops early may end the script before the
  # last line.
  {
    sed -n '/^FAILED: /,$p' "$log" | grep -vE '^\[[0-9]+/[0-9]+\] ' | head -n 200
    grep -q '^FAILED: ' "$log" || tail -n 40 "$log"
  } >&2 || true
  echo "the build failed; all of its output is in $log" >&2
  return 1
}

# debian_mirror SUITE FOLDER: prints the first Debian archive in this machine's apt sources that has
# the suite, or returns 1. Needs the network, but neither root nor apt's lists, and does not change
# apt's state. FOLDER is for downloaded files.
debian_mirror() {
  local uri release=$2/mirror/Release
  while read -r uri; do
    # Use a new folder: apt would continue an existing file, or write through a link of its own.
    rm -rf "$2/mirror"
    mkdir "$2/mirror"
    /usr/lib/apt/apt-helper -o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
      -o Acquire::https::Timeout=20 download-file "${uri%/}/dists/$1/Release" "$release" >/dev/null 2>&1 ||
      continue
    ! grep -qx 'Origin: Debian' "$release" || { echo "$uri"; return; }
  done < <(apt-get indextargets --no-release-info --format '$(CREATED_BY) $(REPO_URI)' |
    awk '$1 == "Packages" && $2 ~ /^(https?|file):/ && !seen[$2]++ {print $2}')
  return 1
}
