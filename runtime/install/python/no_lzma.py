"""In place of the part of CPython that this build of it does not have: what imports lzma works, what compresses by it does not."""

FORMAT_AUTO, FORMAT_XZ, FORMAT_ALONE, FORMAT_RAW = range(4)
CHECK_NONE, CHECK_CRC32, CHECK_CRC64, CHECK_SHA256, CHECK_ID_MAX, CHECK_UNKNOWN = 0, 1, 4, 10, 15, 16
FILTER_LZMA1, FILTER_LZMA2, FILTER_DELTA, FILTER_X86, FILTER_IA64 = 0x4000000000000001, 0x21, 3, 4, 6
FILTER_ARM, FILTER_ARMTHUMB, FILTER_POWERPC, FILTER_SPARC = 7, 8, 5, 9
MF_HC3, MF_HC4, MF_BT2, MF_BT3, MF_BT4 = 3, 4, 0x12, 0x13, 0x14
MODE_FAST, MODE_NORMAL = 1, 2
PRESET_DEFAULT, PRESET_EXTREME = 6, 0x80000000


class LZMAError(Exception):
    pass


class LZMACompressor:
    def __init__(self, *_, **__):
        raise LZMAError("this Python has no lzma and no xz")


class LZMADecompressor(LZMACompressor):
    pass


def is_check_supported(check):
    return False


_encode_filter_properties = _decode_filter_properties = LZMACompressor
