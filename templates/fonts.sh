#!/bin/sh
# Adds the Noto fonts from Debian where that is possible (root and apt); elsewhere says what is missing.
# A video is still made without them: captions in a script that no font covers are reported in its manifest.
# With --must, which is for images, it fails where they cannot be added.
set -u
wanted="fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"
missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Adding fonts:$missing ..."
    { apt-get install -y -qq --no-install-recommends $missing || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; }; } >/dev/null 2>&1 && exit 0
    echo "Fonts could not be added by apt:$missing. Arabic, Chinese, Japanese, Korean or emoji may not be drawn."
    [ "${1:-}" = --must ] && exit 1
    exit 0
fi
echo "Fonts not installed:$missing. Arabic, Chinese, Japanese, Korean or emoji may not be drawn (on Debian: apt-get install$missing)."
[ "${1:-}" = --must ] && exit 1
exit 0
