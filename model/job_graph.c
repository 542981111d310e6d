#include "model/job_graph.h"

#include "base/memory.h"

void job_graph_free(struct job_graph *graph) {
    memory_free(graph->operators);
    *graph = (struct job_graph){0};
}
