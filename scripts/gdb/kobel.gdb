# gdb for the daemon, from the root of the checkout: gdb -x scripts/gdb/kobel.gdb --args build/dev/kobel serve --data /tmp/kobel-data
# What it adds: values of kobel printed in a line (kobel_printers.py), and the commands failures, steps and replies.
source scripts/gdb/kobel_printers.py
set pagination off
set print pretty on
set print frame-arguments presence
# The daemon starts its clusters and ends with a signal; gdb stays with it.
set follow-fork-mode parent
set detach-on-fork on
# LeakSanitizer does not work under a debugger; what the other sanitizers find stops here.
set environment ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
set environment UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1
handle SIGPIPE SIGTERM SIGCHLD nostop noprint pass

define failures
    break error_set
    commands
        silent
        backtrace 4
        finish
    end
end
document failures
Stops where a failure is made: shows who made it, then its text (`up` and `print *err`).
end

define steps
    break log_step
    commands
        silent
        print *step
        print *app
        continue
    end
end
document steps
Prints each step of the controller with the application as it is recorded after it, and continues.
end

define replies
    break call_reply
    commands
        silent
        printf "%s: ", call->operation->name
        print reply
        continue
    end
end
document replies
Prints each reply of an operation as JSON, and continues.
end

define follow-test
    set follow-fork-mode child
    # The worker of Criterion stops itself until its parent has prepared it.
    handle SIGSTOP SIGCONT nostop noprint pass
end
document follow-test
Follows Criterion into the process of the test, before `run`.
end
