// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Linux;
using Tracer.Linux.Procfs;

namespace Tracer.Capture;

/// <summary>
/// One pass over all sockets and descriptors of the host, taken in small steps so that the ring is drained in between: first
/// the sockets of each network namespace, then the descriptors.
/// </summary>
public sealed class SocketScan : IDisposable
{
    private const int StepBytes = 64 * 1024;

    private readonly CaptureSession _session;
    private readonly Queue<NamespacePath> _namespaces;
    private readonly List<uint> _covered = [];
    private readonly byte[] _buffer = new byte[StepBytes + RowReader.LongestRow];
    private BpfIterator? _current;
    private bool _descriptorsDone;
    private int _carried;

    public SocketScan(CaptureSession session, NetworkNamespaces namespaces)
    {
        _session = session;
        _namespaces = new Queue<NamespacePath>(session.HasSnapshot ? namespaces.Find() : []);
        _descriptorsDone = !session.HasHolders;
    }

    /// <summary>Namespaces whose sockets were all read.</summary>
    public IReadOnlyList<uint> Covered => _covered;

    /// <summary>Namespaces that vanished or refused before they could be read.</summary>
    public int SkippedNamespaces { get; private set; }

    /// <summary>Reads the next rows; false: the pass is complete.</summary>
    /// <exception cref="BpfException">The iterator failed; the pass is not complete.</exception>
    public bool Step(RowSink sink)
    {
        if (_current is null && !OpenNext())
            return false;
        int read = _current!.Read(_buffer.AsSpan(_carried, StepBytes));
        if (read == 0)
        {
            _current.Dispose();
            _current = null;
            _carried = 0;
            return true;
        }
        int filled = _carried + read;
        int used = RowReader.ReadAll(_buffer.AsSpan(0, filled), sink);
        _carried = filled - used;
        _buffer.AsSpan(used, _carried).CopyTo(_buffer);
        return true;
    }

    public void Dispose() => _current?.Dispose();

    private bool OpenNext()
    {
        while (_namespaces.TryDequeue(out NamespacePath next))
        {
            // The iterator keeps the namespace in which it was created.
            if (NetworkNamespace.Run(next.Path, _session.OpenSnapshot, out _current) == ProcfsStatus.Ok)
            {
                _covered.Add(next.Netns);
                return true;
            }
            SkippedNamespaces++;
        }
        if (_descriptorsDone)
            return false;
        _descriptorsDone = true;
        _current = _session.OpenDescriptors();
        return true;
    }
}
