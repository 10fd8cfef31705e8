#!/bin/sh
# Finds the binary of a stage, downloads it if need be, and prints its path. Nothing is printed, and so nothing is run, unless
# its SHA-256 is one that is committed beside this script: who pins the commit pins the binaries.
#
#   install.sh STAGE                   prints the path of `wharfie-STAGE`
#   install.sh --into FOLDER [STAGE…]  puts links to the binaries of these stages, or of all, into a folder
#
# In this order: the folder in WHARFIE_BIN_DIR; the tool cache; what the PATH holds, if its sum is right; a download.
#
#   WHARFIE_BIN_DIR             folder with binaries you put there yourself: their version is checked, their sum is your affair
#   WHARFIE_MIRROR              where the archives are, instead of the releases on github.com: a URL or a folder
#   WHARFIE_OFFLINE             `true`: never use the network
#   WHARFIE_BUILD               `true`: build from the source beside this script what cannot be had otherwise (needs cargo)
#   WHARFIE_VERIFY_ATTESTATION  `true`: ask `gh` for the provenance of what is downloaded as well
#
# POSIX sh and what every system has: sed, tar, gzip or xz, sha256sum or shasum, curl or wget. No jq, no sudo, no token.
# Exit codes are those of the stages: 2 these settings or this platform will not do, 3 a file is not what it must be, 5 not
# reachable.
set -eu

case $0 in
    */*) here=${0%/*} ;;
    *) here=. ;;
esac
sums=$here/sums
repository=wharfie/wharfie
version=
read -r version <"$here/version"

# Says what is wrong and what to do, as a workflow command where there is somebody to read it. Arguments: exit code, text, hint.
fail() {
    if [ "${GITHUB_ACTIONS:-}" = true ]; then
        printf '%s. %s\n' "$2" "$3" | tr -d '\r' | tr '\n' ' ' |
            sed -e 's/%/%25/g' -e 's/ $//' -e 's/^/::error title=wharfie is not installed::/' >&2
        printf '\n' >&2
    else
        printf 'wharfie is not installed: %s\n  hint: %s\n' "$2" "$3" >&2
    fi
    exit "$1"
}

# Sets `asked` to whether a setting is on. Arguments: its name, its value.
ask() {
    case $2 in
        true | yes | 1) asked=yes ;;
        '' | false | no | 0) asked=no ;;
        *) fail 2 "$1 is neither true nor false: $2" "write \`true\` or leave it out" ;;
    esac
}

# Sets `target` to what binaries for this machine are built for, or to nothing.
platform() {
    system="${RUNNER_OS:-} ${RUNNER_ARCH:-}"
    [ "$system" != ' ' ] || system=$(uname -sm)
    case $system in
        'Linux X64' | 'Linux x86_64' | 'Linux amd64') target=x86_64-unknown-linux-musl ;;
        'Linux ARM64' | 'Linux aarch64' | 'Linux arm64') target=aarch64-unknown-linux-musl ;;
        'macOS ARM64' | 'Darwin arm64') target=aarch64-apple-darwin ;;
        'macOS X64' | 'Darwin x86_64') target=x86_64-apple-darwin ;;
        *) target= ;;
    esac
}

# Sets `expected` to the committed sums that fit: one for a file, two for a stage, which may also be a link to the file that
# holds all of them. Arguments: a pattern for the name.
known() {
    expected=$(sed -n "s|^\([0-9a-f]\{64\}\)  $1\$|\1|p" "$sums")
}

# Sets `actual` to the sum of a file.
sum_of() {
    if command -v sha256sum >/dev/null; then
        actual=$(sha256sum <"$1")
    elif command -v shasum >/dev/null; then
        actual=$(shasum -a 256 <"$1")
    else
        fail 2 'there is neither sha256sum nor shasum' 'install one: what cannot be checked is not run'
    fi
    actual=${actual%% *}
    [ "${#actual}" = 64 ] || fail 3 "no SHA-256 could be made of $1" 'is the file readable?'
}

# Whether a file has one of the sums in `expected`.
fits() {
    [ -n "$expected" ] || return 1
    sum_of "$1"
    case "
$expected
" in
        *"
$actual
"*) return 0 ;;
    esac
    return 1
}

# Fails unless a file has the sum that is committed for it. Arguments: file, what it is called, what to do.
demand() {
    fits "$1" || fail 3 "the SHA-256 of $2 is $actual, and not the one that is committed for it: $(printf %s "$expected" | tr '\n' ' ')" "$3"
}

# Sets `folder` to where binaries are kept: the runner's tool cache, or a folder of this job if that cannot be written.
keep() {
    cache=${RUNNER_TOOL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}}
    folder=$cache/wharfie/$version/$target
}

writable() {
    if mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ]; then
        return
    fi
    folder=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/wharfie-$(id -u)/$version/$target
    (umask 077 && mkdir -p "$folder") 2>/dev/null || fail 2 "no folder for the binaries can be made: $folder" 'set RUNNER_TEMP to one that can be written'
}

# Gets a file from the mirror or from the release. Arguments: its name, where to put it.
get() {
    from=${WHARFIE_MIRROR:-}
    case $from in
        http://* | https://*) from=${from%/}/$1 ;;
        file://*) from=${from#file://}/$1 ;;
        '') from=https://github.com/$repository/releases/download/v$version/$1 ;;
        *) from=$from/$1 ;;
    esac
    case $from in
        http://* | https://*) ;;
        *)
            if cp "$from" "$2" 2>/dev/null; then
                return
            fi
            [ "$optional" = no ] || return 1
            fail 3 "the mirror does not hold the archive: $from" 'copy it there from the release'
            ;;
    esac
    ask WHARFIE_OFFLINE "${WHARFIE_OFFLINE:-}"
    if [ "$asked" = yes ]; then
        [ "$optional" = no ] || return 1
        fail 5 "wharfie $version is not on this machine, and WHARFIE_OFFLINE is set" 'fill the tool cache beforehand, set WHARFIE_MIRROR to a folder with the archives, or set WHARFIE_BIN_DIR'
    fi
    for pause in 1 3 0; do
        if command -v curl >/dev/null; then
            curl --fail --silent --show-error --location --proto '=http,https' --connect-timeout 20 --max-time 300 --output "$2" "$from" && return
        elif command -v wget >/dev/null; then
            wget -q -T 60 -O "$2" "$from" && return
        else
            fail 2 'there is neither curl nor wget' 'install one, or set WHARFIE_MIRROR to a folder with the archives'
        fi
        sleep "$pause"
    done
    [ "$optional" = no ] || return 1
    fail 5 "this could not be downloaded: $from" 'set WHARFIE_MIRROR to a place this machine can reach, or WHARFIE_BIN_DIR to binaries that are here'
}

# Downloads an archive, checks it, and puts what is in it into the folder; returns 1 if there is none for this platform, or if it
# cannot be had and need not be. Arguments: the archive, and the name of the binary in it.
unpack() {
    known "$1"
    [ -n "$expected" ] || return 1
    writable
    new=$(mktemp -d "$folder/new.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    get "$1" "$new/archive" || return 1
    demand "$new/archive" "$1" 'it was changed on its way or where it was stored: do not use it, and look where it came from'
    ask WHARFIE_VERIFY_ATTESTATION "${WHARFIE_VERIFY_ATTESTATION:-}"
    if [ "$asked" = yes ]; then
        gh attestation verify "$new/archive" --repo "$repository" >&2 ||
            fail 3 "the provenance of $1 could not be shown" 'gh must be installed and logged in; without WHARFIE_VERIFY_ATTESTATION the committed SHA-256 is what counts'
    fi
    mkdir "$new/files"
    case $1 in
        *.tar.xz) xz -dc "$new/archive" | tar -xf - -C "$new/files" ;;
        *) tar -xzf "$new/archive" -C "$new/files" ;;
    esac || fail 3 "$1 could not be unpacked" 'tar, and gzip or xz, are needed'
    known "$target/$2"
    [ -f "$new/files/$2" ] || fail 3 "$1 does not hold $2" 'this release is broken: report it'
    demand "$new/files/$2" "$2" 'this release is broken: report it'
    chmod 755 "$new/files/$2"
    # One by one and by renaming: another job may be doing the same.
    for file in "$new/files"/wharfie*; do
        mv -f "$file" "$folder/" || fail 2 "nothing can be put into $folder" 'look who owns it'
    done
    rm -rf "$new"
    trap - EXIT INT TERM
}

# Builds stages from the source this script came with. Arguments: those of cargo that say which.
build() {
    command -v cargo >/dev/null || fail 2 'WHARFIE_BUILD is set, and there is no cargo' 'install Rust first'
    folder=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/wharfie-built-$(id -u)
    (umask 077 && mkdir -p "$folder") || fail 2 "no folder can be made: $folder" 'set RUNNER_TEMP to one that can be written'
    (cd "$here/../.." && cargo build --locked --release --target-dir "$folder" "$@") >&2 ||
        fail 3 'wharfie could not be built from source' 'the lines of cargo above say why'
    folder=$folder/release
}

# Nothing is committed that fits: says for which of the possible reasons. Arguments: what was wanted.
unknown() {
    [ -n "$target" ] || fail 2 "there are no binaries for this platform: $system" 'Linux and macOS on x86-64 and ARM64 are built; elsewhere set WHARFIE_BUILD=true, or WHARFIE_BIN_DIR to a folder with binaries of your own'
    grep -q '^[0-9a-f]\{64\}  ' "$sums" || fail 2 "this commit comes before the release of wharfie $version: no SHA-256 is committed with it" 'use the commit of a release; or set WHARFIE_BUILD=true, which builds it here from source; or install it in an earlier step and set WHARFIE_BIN_DIR'
    fail 2 "wharfie $version has no $1 for $target" 'is the name spelled right?'
}

# Sets `binary` to the checked binary of a stage. Arguments: the stage.
locate() {
    case $1 in
        '' | *[!a-z-]*) fail 2 "not the name of a stage: $1" 'a name looks like this: deploy-service' ;;
    esac
    if [ -n "${WHARFIE_BIN_DIR:-}" ]; then
        binary=$WHARFIE_BIN_DIR/wharfie-$1
        { [ -f "$binary" ] && [ -x "$binary" ]; } || fail 2 "WHARFIE_BIN_DIR does not hold a program of this name: wharfie-$1" "put version $version of it there, or leave WHARFIE_BIN_DIR out"
        said=$("$binary" --version) || fail 3 "this does not run here: $binary" 'is it built for this platform?'
        [ "$said" = "wharfie-$1 $version" ] || fail 3 "$binary is \`$said\`, and this action needs $version" 'install that version, or use the action of the version you have'
        return
    fi
    platform
    keep
    known "$target/wharfie\(-$1\)\{0,1\}"
    if [ -n "$expected" ]; then
        binary=$folder/wharfie-$1
        if [ -f "$binary" ]; then
            demand "$binary" "$binary" 'somebody changed what was kept here: find out who; removing the folder makes this install it anew'
            return
        fi
        binary=$(command -v "wharfie-$1" || true)
        if [ -n "$binary" ] && fits "$binary"; then
            return
        fi
    fi
    ask WHARFIE_BUILD "${WHARFIE_BUILD:-}"
    optional=$asked
    known "$target/wharfie-$1"
    if [ -n "$target" ] && [ -n "$expected" ] && fetch "$1"; then
        :
    elif [ "$optional" = yes ]; then
        build --bin "wharfie-$1"
    else
        unknown "wharfie-$1"
    fi
    binary=$folder/wharfie-$1
}

# Gets the archive of a stage; or the one of all stages, which is larger, where there is no xz. That of busybox does not know what
# makes machine code small; it does not know its version either. Arguments: the stage.
fetch() {
    if xz --version >/dev/null 2>&1; then
        unpack "wharfie-$1-$version-$target.tar.xz" "wharfie-$1"
    else
        unpack "wharfie-$version-$target.tar.gz" wharfie
    fi
}

# Puts links to the checked binaries of stages into a folder. Arguments: the folder, the stages; none means all.
into() {
    links=$1
    shift
    mkdir -p "$links"
    if [ $# = 0 ]; then
        all
        # shellcheck disable=SC2086 # names of stages hold nothing but letters and hyphens
        set -- $stages
    fi
    for stage in "$@"; do
        locate "$stage"
        case $binary in
            /*) ;;
            *) binary=$PWD/$binary ;;
        esac
        ln -sf "$binary" "$links/wharfie-$stage"
    done
}

# Sets `stages` to the names of all, and gets them in one archive if they are not here yet.
all() {
    stages=
    if [ -n "${WHARFIE_BIN_DIR:-}" ]; then
        named "$WHARFIE_BIN_DIR"
        return
    fi
    platform
    keep
    ask WHARFIE_BUILD "${WHARFIE_BUILD:-}"
    optional=$asked
    if [ -n "$target" ] && { [ -f "$folder/wharfie" ] || unpack "wharfie-$version-$target.tar.gz" wharfie; }; then
        stages=$(sed -n "s|^[0-9a-f]\{64\}  $target/wharfie-\([a-z-]*\)$|\1|p" "$sums")
    elif [ "$optional" = yes ]; then
        build --bins
        named "$folder"
        WHARFIE_BIN_DIR=$folder
    else
        unknown 'archive of all stages'
    fi
}

# Sets `stages` to those whose programs a folder holds.
named() {
    for file in "$1"/wharfie-*; do
        name=${file##*/wharfie-}
        case $name in
            *[!a-z-]*) ;;
            *) stages="$stages $name" ;;
        esac
    done
    [ -n "$stages" ] || fail 2 "no program of a stage is here: $1" "put version $version there"
}

case ${1:-} in
    --into)
        shift
        into "$@"
        ;;
    *)
        locate "${1:-}"
        printf '%s\n' "$binary"
        ;;
esac
