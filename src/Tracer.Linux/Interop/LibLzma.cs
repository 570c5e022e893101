// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>The one call of liblzma that is needed, under its C name. The library is optional: ask <see cref="IsAvailable"/> first.</summary>
internal static partial class LibLzma
{
    internal const int LZMA_OK = 0;
    internal const int LZMA_BUF_ERROR = 10;

    private const string Library = "liblzma.so.5";

    private static readonly Lazy<bool> Available = new(static () =>
        NativeLibrary.TryLoad(Library, out nint handle) && NativeLibrary.TryGetExport(handle, nameof(lzma_stream_buffer_decode), out _));

    internal static bool IsAvailable => Available.Value;

    [LibraryImport(Library)]
    internal static unsafe partial int lzma_stream_buffer_decode(
        ulong* memoryLimit, uint flags, void* allocator, byte* input, nuint* inputPosition, nuint inputSize, byte* output, nuint* outputPosition,
        nuint outputSize);
}
