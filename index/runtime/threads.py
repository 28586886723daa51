"""How many threads each library uses, set in one place: as many as there are cores, or one; and none spins.

A question uses one thread at a time. What embeds passages or builds a search index uses all cores. Threads of
OpenMP and BLAS that wait for work do so in a loop by default, which takes the processor from other programs,
and then from the threads that they wait for: beside four busy programs on two cores, two threads of PyTorch
took 107 ms for a vector that one thread computes in 45.

| library | threads | where |
|---|---|---|
| OpenVINO | one for each batch, as many batches at once as there are cores | `index.embeddings.network` |
| PyTorch | one for a question, all cores for passages | `index.embeddings.plain` |
| FAISS | one for a search, all cores for making codes | `index.search.vectors` |
| BLAS (NumPy) | one | here |
| Tantivy | one for a search, one for writing | `index.search.lexical` |
| tokenizers | one | here |
"""

from __future__ import annotations

import os

from threadpoolctl import ThreadpoolController

from index.runtime.cores import cores


def set_thread_counts() -> None:
    """Set the threads of this process's libraries. To be called before FAISS and PyTorch are imported.

    They read the environment when they are loaded. What is set there already stays as it is.
    """
    for name, value in {
        "OMP_NUM_THREADS": str(cores()),  # its own default does not know what a container may use
        "OMP_WAIT_POLICY": "PASSIVE",
        "KMP_BLOCKTIME": "0",
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        os.environ.setdefault(name, value)
    # NumPy is loaded already. Only a BLAS with threads of its own is meant: FAISS's uses those of OpenMP.
    ThreadpoolController().select(threading_layer="pthreads").limit(limits=1)
