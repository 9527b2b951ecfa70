// The CRD texts as read-only data. Assembly, because C++20 cannot include a file as a constant.
    .section .rodata

#define CRD(index, path, file_name, kind, size) \
    .globl grovec_crd_##index ; \
    grovec_crd_##index: ; \
    .incbin path ; \
    .globl grovec_crd_##index##_end ; \
    grovec_crd_##index##_end: ; \
    .byte 0
#include "schemas/tables/crds.inc"

    .section .note.GNU-stack, "", %progbits
