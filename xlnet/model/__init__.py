"""From a spec to the graph of one iteration: layers, losses, optimisers, schedules, initialisers and samples."""
