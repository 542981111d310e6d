// The operators of a program, as Flink's job graph has them: what state can be mapped to.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { JOB_OPERATOR_ID_SIZE = 33, JOB_OPERATOR_TEXT_SIZE = 256, JOB_OPERATORS_MAX = 10000 };

struct job_operator {
    char id[JOB_OPERATOR_ID_SIZE];    // 32 hexadecimal digits: a hash of the uid, or of the graph
    char uid[JOB_OPERATOR_TEXT_SIZE]; // "" = not set in the program
    char name[JOB_OPERATOR_TEXT_SIZE];
    int parallelism;
    int max_parallelism; // 0 = Flink chooses it
};

struct job_graph {
    struct job_operator *operators; // owned
    size_t count;
};

void job_graph_free(struct job_graph *graph);
