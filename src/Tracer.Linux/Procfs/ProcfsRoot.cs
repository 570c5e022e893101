// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Procfs;

/// <summary>The directory below which every procfs path is opened; a recorded tree in tests.</summary>
public sealed class ProcfsRoot(string path = "/proc")
{
    private const int FirstRead = 4096;
    private const int LinkBytes = 4096;
    private const int PieceBytes = 64 * 1024;

    public string Path { get; } = path;

    /// <summary>The absolute path of a file of one process.</summary>
    public string PathOf(uint pid, string file) => string.Create(CultureInfo.InvariantCulture, $"{Path}/{pid}/{file}");

    /// <summary>Reads a file of one process, at most <paramref name="maxBytes"/> of it.</summary>
    public ProcfsStatus Read(uint pid, string file, int maxBytes, out byte[] content) => ReadPath(PathOf(pid, file), maxBytes, out content);

    /// <summary>Reads a file below the root that belongs to no process.</summary>
    public ProcfsStatus Read(string file, int maxBytes, out byte[] content) => ReadPath($"{Path}/{file}", maxBytes, out content);

    /// <summary>Reads where a link of one process points, undecoded.</summary>
    public unsafe ProcfsStatus ReadLink(uint pid, string file, out byte[] target)
    {
        byte* buffer = stackalloc byte[LinkBytes];
        nint length = LibCFiles.readlink(PathOf(pid, file), buffer, LinkBytes);
        target = length > 0 ? new ReadOnlySpan<byte>(buffer, (int)length).ToArray() : [];
        return length > 0 ? ProcfsStatus.Ok : FromErrno(Marshal.GetLastPInvokeError());
    }

    /// <summary>
    /// Hands over the lines of a file of one process, piece by piece: some files are longer than anybody wants to keep. A line that does not fit a piece
    /// ends the reading.
    /// </summary>
    internal unsafe ProcfsStatus ReadLines(uint pid, string file, long maxBytes, LineSink sink)
    {
        using SafeFileHandle opened = LibCFiles.open(PathOf(pid, file), LinuxConstants.O_RDONLY | LinuxConstants.O_CLOEXEC | LinuxConstants.O_NONBLOCK, 0);
        if (opened.IsInvalid)
            return FromErrno(Marshal.GetLastPInvokeError());
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            int filled = 0;
            for (long total = 0; total < maxBytes && filled < buffer.Length;)
            {
                nint got;
                fixed (byte* start = buffer)
                    got = LibCFiles.read(opened, start + filled, buffer.Length - filled);
                if (got < 0 && Marshal.GetLastPInvokeError() == LinuxConstants.EINTR)
                    continue;
                if (got <= 0)
                    return got == 0 ? ProcfsStatus.Ok : FromErrno(Marshal.GetLastPInvokeError());
                filled += (int)got;
                total += got;
                int used = HandOver(buffer.AsSpan(0, filled), sink);
                if (used < 0)
                    return ProcfsStatus.Ok;
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
            }

            return ProcfsStatus.Ok;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>Bytes of whole lines; -1: the reader has enough.</returns>
    private static int HandOver(ReadOnlySpan<byte> bytes, LineSink sink)
    {
        int used = 0;
        for (int length; (length = bytes[used..].IndexOf((byte)'\n')) >= 0; used += length + 1)
        {
            if (!sink(bytes.Slice(used, length)))
                return -1;
        }

        return used;
    }

    internal static ProcfsStatus FromErrno(int errno) => errno switch
    {
        LinuxConstants.ENOENT or LinuxConstants.ESRCH or LinuxConstants.ENOTDIR => ProcfsStatus.ProcessGone,
        LinuxConstants.EPERM or LinuxConstants.EACCES => ProcfsStatus.NotPermitted,
        _ => ProcfsStatus.Failed,
    };

    internal static ProcfsStatus ReadPath(string path, int maxBytes, out byte[] content)
    {
        content = [];
        using SafeFileHandle file = LibCFiles.open(path, LinuxConstants.O_RDONLY | LinuxConstants.O_CLOEXEC | LinuxConstants.O_NONBLOCK, 0);
        if (file.IsInvalid)
            return FromErrno(Marshal.GetLastPInvokeError());

        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstRead, maxBytes));
        try
        {
            ProcfsStatus status = ReadToEnd(file, maxBytes, ref buffer, out int length);
            if (status == ProcfsStatus.Ok)
                content = buffer.AsSpan(0, length).ToArray();
            return status;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static unsafe ProcfsStatus ReadToEnd(SafeFileHandle file, int maxBytes, ref byte[] buffer, out int length)
    {
        length = 0;
        while (length < maxBytes)
        {
            if (length == buffer.Length)
                Grow(ref buffer, length);

            nint got;
            fixed (byte* start = buffer)
                got = LibCFiles.read(file, start + length, Math.Min(buffer.Length, maxBytes) - length);
            if (got == 0)
                return ProcfsStatus.Ok;
            if (got > 0)
                length += (int)got;
            else if (Marshal.GetLastPInvokeError() != LinuxConstants.EINTR)
                return FromErrno(Marshal.GetLastPInvokeError());
        }

        return ProcfsStatus.Ok;
    }

    private static void Grow(ref byte[] buffer, int used)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
