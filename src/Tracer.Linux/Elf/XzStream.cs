// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux.Elf;

/// <summary>Decompresses an .xz stream with the liblzma of the host, if it has one. The input is hostile: memory and output are bounded.</summary>
internal static class XzStream
{
    // What the largest preset of xz needs is 65 MiB.
    private const ulong MaxDecoderBytes = 80 * 1024 * 1024;
    private const int FirstGuess = 8;
    private const int Growth = 4;

    internal static bool IsAvailable => LibLzma.IsAvailable;

    /// <summary>The whole content; false when it is damaged, larger than the bound, or there is no library.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> input, int maxBytes, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (!IsAvailable || input.IsEmpty)
            return false;
        // The size is at the end of the stream, where only the decoder itself can trust it: guess, and begin again with more.
        for (long size = Math.Min((long)input.Length * FirstGuess, maxBytes); ; size = Math.Min(size * Growth, maxBytes))
        {
            var output = GC.AllocateUninitializedArray<byte>((int)size);
            int result = Decode(input, output, out int length);
            if (result == LibLzma.LZMA_OK)
            {
                content = output.AsMemory(0, length);
                return true;
            }

            if (result != LibLzma.LZMA_BUF_ERROR || size == maxBytes)
                return false;
        }
    }

    private static unsafe int Decode(ReadOnlySpan<byte> input, byte[] output, out int length)
    {
        ulong memoryLimit = MaxDecoderBytes;
        nuint read = 0, written = 0;
        int result;
        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            result = LibLzma.lzma_stream_buffer_decode(
                &memoryLimit, 0, null, from, &read, (nuint)input.Length, to, &written, (nuint)output.Length);
        }

        length = (int)written;
        return result;
    }
}
