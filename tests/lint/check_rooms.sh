#!/bin/sh
# Fails if a room includes a header of a room it may not use. The table is ARCHITECTURE.md's.
cd "$(dirname "$0")/../.." || exit 1
allow() {
    case $1 in
    base) echo base ;;
    model) echo base model ;;
    openapi) echo base openapi ;;
    storage) echo base model storage ;;
    sandbox) echo base sandbox ;;
    runtime) echo base model sandbox runtime ;;
    controller) echo base model storage runtime controller ;;
    api) echo base model openapi controller api ;;
    cli) echo base sandbox cli ;;
    launcher) echo base launcher ;;
    preload) echo ;;
    daemon) echo base model openapi storage sandbox runtime controller api cli daemon ;;
    esac
}
bad=0
for room in base model openapi storage sandbox runtime controller api cli launcher preload daemon; do
    for used in $(grep -hoE '^#include "[a-z]+/' "$room"/*.[ch] 2>/dev/null | cut -d'"' -f2 | tr -d / | sort -u); do
        case " $(allow "$room") " in
        *" $used "*) ;;
        *)
            echo "$room may not include $used/"
            bad=1
            ;;
        esac
    done
done
exit $bad
