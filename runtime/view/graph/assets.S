// The files of the page as read-only data. Assembly, because C++20 cannot include a file as a constant.
    .section .rodata

#define ASSET(name, path) \
    .globl grovec_asset_##name ; \
    grovec_asset_##name: ; \
    .incbin path ; \
    .globl grovec_asset_##name##_end ; \
    grovec_asset_##name##_end: ; \
    .byte 0

    ASSET(page_html, "runtime/view/graph/page.html")
    ASSET(page_css, "runtime/view/graph/page.css")
    ASSET(page_js, "runtime/view/graph/page.js")

    .section .note.GNU-stack, "", %progbits
