// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Capture;
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;
using Tracer.Wire;

namespace Tracer.Unwinding;

/// <summary>
/// Gives the kernel side's stack walk what it needs, on a thread of its own: tables of what runs already, then of what walks ask for.
/// </summary>
public sealed class CodeLoader(CaptureSession session, UnwindMaps maps, RuntimeDirectory runtimes, ProcfsRoot root) : IDisposable
{
    private const int QueuePowerOfTwo = 12;
    private const int IteratorBytes = 64 * 1024;
    private const long GarbageBytes = 32 << 20;

    private readonly HandoffQueue<TcpCodeMapping> _queue = new(QueuePowerOfTwo);
    private readonly TableStore _tables = new(maps, TimeProvider.System);
    private readonly MapsReader _maps = new(root);
    private readonly YoungProcesses _young = new(TimeProvider.System);
    private long _collectedBytes;

    public TableStore Tables => _tables;

    public int QueueCount => _queue.Count;

    public int QueueCapacity => _queue.Capacity;

    /// <summary>Requests refused by the full queue; the kernel side asks again.</summary>
    public ulong Dropped { get; private set; }

    /// <summary>Files whose rules were compiled.</summary>
    public ulong Compiled { get; private set; }

    /// <summary>Mappings whose file was gone or could not be opened.</summary>
    public ulong Unreadable { get; private set; }

    /// <summary>Processes that were looked at for interpreters and generated code.</summary>
    public ulong Targets { get; private set; }

    /// <summary>Processes that the kernel side's table had no room for.</summary>
    public ulong TargetsRefused { get; private set; }

    /// <summary>Everything that ran at the start has its tables.</summary>
    public bool IsPreloaded { get; private set; }

    /// <summary>The rules of a file, if a walk on the kernel side may use them already; any thread.</summary>
    public UnwindRow[]? CopyRows(FileIdentity file) => _tables.Copy(KeyOf(in file));

    /// <summary>Takes a request from the pump's thread; never waits.</summary>
    public void Ask(in TcpCodeMapping wish)
    {
        if (!_queue.TryEnqueue(in wish))
            Dropped++;
        _queue.Announce();
    }

    /// <summary>Runs until cancelled.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = cancellationToken.Register(_queue.Wake);
        Preload(cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            _queue.WaitForItem(_young.LongestWait);
            ServeWaiting(cancellationToken);
            ServeGrown(cancellationToken);
            if (GC.GetAllocatedBytesForCurrentThread() - _collectedBytes > GarbageBytes)
                CollectGarbage();
        }
    }

    public void Dispose() => _queue.Dispose();

    private void Preload(CancellationToken cancellationToken)
    {
        List<TcpCodeMapping> mappings = ReadAllMappings();
        // What most processes share comes first: libc before anything else.
        var files = mappings.Where(m => m.Key.Device != 0).GroupBy(m => m.Key).OrderByDescending(users => users.Count());
        foreach (IGrouping<TcpCodeKey, TcpCodeMapping> users in files)
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            LoadFile(users.First());
            ServeWaiting(cancellationToken);
        }
        foreach (TcpCodeMapping process in mappings.DistinctBy(m => m.Pid))
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            Look(in process);
            ServeWaiting(cancellationToken);
        }
        CollectGarbage();
        IsPreloaded = true;
    }

    /// <summary>
    /// The compiler's arrays are large objects: nothing soon would make the collector notice that they are garbage. 240 new files left
    /// 60 to 130 MB behind.
    /// </summary>
    private void CollectGarbage()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        _collectedBytes = GC.GetAllocatedBytesForCurrentThread();
    }

    // A socket that is being used now is worth more than a program that may never use one.
    private void ServeWaiting(CancellationToken cancellationToken)
    {
        while (_queue.Count != 0 && !cancellationToken.IsCancellationRequested)
        {
            TcpCodeMapping wish = _queue.Peek();
            _queue.Advance();
            Serve(in wish, cancellationToken);
        }
    }

    private void ServeGrown(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && _young.TryTake(out TcpCodeMapping process, out int looks))
        {
            LoadFilesOf(in process, cancellationToken);
            LookAtYoung(in process, looks);
        }
    }

    private void LookAtYoung(in TcpCodeMapping process, int looks)
    {
        if (Look(in process) is { IsEmpty: true } or { IsStarting: true } && !_young.TryAdd(in process, looks))
            Dropped++;
    }

    private List<TcpCodeMapping> ReadAllMappings()
    {
        var mappings = new List<TcpCodeMapping>();
        var buffer = new byte[IteratorBytes];
        int filled = 0;
        using BpfIterator iterator = session.OpenMappings();
        while (iterator.Read(buffer.AsSpan(filled)) is > 0 and int read)
        {
            filled += read;
            int used = RowReader.ReadAll(buffer.AsSpan(0, filled), row =>
            {
                if (WireReader.TryReadCodeMapping(row, out TcpCodeMapping mapping) == DecodeStatus.Ok)
                    mappings.Add(mapping);
            });
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
        }
        return mappings;
    }

    private void Serve(in TcpCodeMapping wish, CancellationToken cancellationToken)
    {
        if (wish.Header.Kind == TcpEventKind.ProcessExec)
        {
            if (!_young.TryAdd(in wish, looks: 0))
                Dropped++;
            return;
        }
        if (wish.Key.Device != 0)
        {
            LoadFile(in wish);
            return;
        }
        if (wish.Start != 0)
        {
            Look(in wish);
            return;
        }
        LoadFilesOf(in wish, cancellationToken);
        LookAtYoung(in wish, looks: 1);
    }

    /// <summary>A process seen first: its other files will be needed by the next walk.</summary>
    private void LoadFilesOf(in TcpCodeMapping process, CancellationToken cancellationToken)
    {
        if (_maps.Read(process.Pid, executableOnly: true, out List<MemoryMapping> mappings) != ProcfsStatus.Ok)
            return;
        foreach (MemoryMapping mapping in mappings.Where(m => m.Inode != 0))
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            if (TargetFile.OpenMapped(root, process.Pid, mapping.Start, mapping.End, out TargetFile? file) != ProcfsStatus.Ok || file is null)
                continue;
            // Where the kernel counts a lower layer's device or inode, the walk asks for that key by itself.
            TcpCodeKey key = KeyOf(file.Identity);
            if (_tables.Contains(in key))
                file.Dispose();
            else
                Compile(in key, file);
        }
    }

    private static TcpCodeKey KeyOf(in FileIdentity file) => new()
    {
        Inode = file.Inode,
        Size = file.Size,
        Device = file.DeviceMajor << 20 | file.DeviceMinor, // MKDEV(), include/linux/kdev_t.h
    };

    private void LoadFile(in TcpCodeMapping mapping)
    {
        if (_tables.Contains(mapping.Key))
            return;
        if (TargetFile.OpenMapped(root, mapping.Pid, mapping.Start, mapping.End, out TargetFile? file) == ProcfsStatus.Ok && file is not null)
            Compile(mapping.Key, file);
        else
            Unreadable++;
    }

    private void Compile(in TcpCodeKey key, TargetFile file)
    {
        ElfFile.Open(new FileElfSource(file), out ElfFile? elf);
        using (elf)
        {
            UnwindTable? table = null;
            if (elf is not null)
                UnwindTableCompiler.Compile(elf, out table);
            // A file without rules has a table too, an empty one: its frames are walked by frame pointers, and nobody asks again.
            _tables.Load(in key, table is null ? [] : table.Rows);
        }
        Compiled++;
    }

    /// <summary>Interpreters and generated code of one process; null when it is gone.</summary>
    private ProcessRuntimes? Look(in TcpCodeMapping process)
    {
        if (!new ProcessReader(root).IsSameProcess(process.Pid, process.StartBoottimeNs))
            return null;
        ProcessRuntimes found = runtimes.Look(process.Pid, process.StartBoottimeNs);
        Targets++;
        // What is no target yet is asked for again by the next walk.
        if (!found.IsStarting && !maps.TrySetTarget(process.Pid, TargetOf(process.AddressSpace, found.ReadLayout())))
            TargetsRefused++;
        var key = new TcpCodeKey { Inode = process.AddressSpace };
        if (found.ReadCode() is { } code)
            _tables.Load(in key, code.Rows, code.Base, code.End);
        else
            _tables.Drop(in key);
        return found;
    }

    private static TcpTarget TargetOf(ulong addressSpace, InterpreterLayout? layout)
    {
        var target = new TcpTarget { AddressSpace = addressSpace };
        if (layout is null)
            return target;
        ref TcpInterpreter interpreter = ref target.Interpreter;
        interpreter.Root = layout.Root;
        interpreter.RootKind = (TcpInterpreterRoot)layout.RootKind;
        interpreter.RequestMethod = layout.RequestMethod;
        interpreter.RequestPath = layout.RequestUri;
        interpreter.ThreadNextOffset = layout.ThreadNextOffset;
        interpreter.ThreadIdOffset = layout.ThreadIdOffset;
        interpreter.Hops[0] = layout.FirstHop;
        interpreter.Hops[1] = layout.SecondHop;
        interpreter.FunctionOffset = layout.FunctionOffset;
        interpreter.PositionOffset = layout.PositionOffset;
        interpreter.PositionBytes = layout.PositionBytes;
        interpreter.CallerOffset = layout.CallerOffset;
        interpreter.LineOffset = layout.LineOffset;
        interpreter.LineFunctionType = layout.LineFunctionType;
        interpreter.FileOffset = layout.FileOffset;
        interpreter.NameOffset = layout.NameOffset;
        return target;
    }
}
