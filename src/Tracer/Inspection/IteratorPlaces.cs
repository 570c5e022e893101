// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Capture;
using Tracer.Stacks.Threads;
using Tracer.Wire;

namespace Tracer.Inspection;

/// <summary>All registers of all threads of a process, from the kernel side in one pass.</summary>
public sealed class IteratorPlaces(CaptureSession session) : IThreadPlaces
{
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];

    public Dictionary<uint, ThreadPlace>? Read(uint pid, IReadOnlySet<uint> tids)
    {
        var places = new Dictionary<uint, ThreadPlace>();
        try
        {
            using BpfIterator iterator = session.OpenThreads(pid);
            int filled = 0;
            while (iterator.Read(_buffer.AsSpan(filled)) is > 0 and int read)
            {
                filled += read;
                int used = RowReader.ReadAll(_buffer.AsSpan(0, filled), row => Add(row, pid, tids, places));
                _buffer.AsSpan(used, filled - used).CopyTo(_buffer);
                filled -= used;
            }

            return places;
        }
        catch (Exception e) when (e is BpfException or InvalidDataException)
        {
            return null;
        }
    }

    private static void Add(ReadOnlySpan<byte> row, uint pid, IReadOnlySet<uint> tids, Dictionary<uint, ThreadPlace> places)
    {
        if (WireReader.TryReadThread(row, out TcpThread thread) != DecodeStatus.Ok || thread.Pid != pid || !tids.Contains(thread.Tid))
            return;
        ulong? threadPointer = thread.ThreadPointer == 0 ? null : thread.ThreadPointer; // arm64: not told
        var registers = new ThreadRegisters(thread.Ip, thread.Sp, thread.Fp, threadPointer);
        places[thread.Tid] = new ThreadPlace(registers, thread.IsRunning != 0, thread.Switches);
    }
}
