// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Java;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Tests.Java;

/// <summary>
/// Walks the generated code of a thread. It begins where native code was called: HotSpot notes the registers of that place for its own stack walks
/// (JavaFrameAnchor).
/// </summary>
internal sealed class JavaStackWalker
{
    private readonly TargetProcess _process;
    private readonly VmMemory _memory;
    private readonly VmStructs _structs;
    private readonly ILanguageRuntime _runtime;
    private readonly GeneratedCode _code;

    internal JavaStackWalker(TargetProcess process, ILanguageRuntime runtime)
    {
        _process = process;
        _memory = new ProcessVmMemory(process);
        process.RefreshMappings();
        _structs = JavaDetector.ReadStructs(process)!;
        _runtime = runtime;
        _code = runtime.ReadCode()!;
    }

    /// <summary>The kinds of the rules that were used, one per physical frame.</summary>
    internal List<UnwindRowKind> Kinds { get; } = [];

    /// <summary>The names of the machine's own frames.</summary>
    internal List<string> Stubs { get; } = [];

    /// <summary>Where the last walk ended: the code that called Java.</summary>
    internal ulong End { get; private set; }

    /// <summary>All Java frames of a thread, innermost first.</summary>
    internal List<CodeFrame> Walk(uint namespaceTid)
    {
        Kinds.Clear();
        Stubs.Clear();
        ulong anchor = FindThread(namespaceTid) + (ulong)_structs.Fields["JavaThread::_anchor"].Offset;
        ulong sp = Read(anchor + (ulong)_structs.Fields["JavaFrameAnchor::_last_Java_sp"].Offset);
        ulong fp = Read(anchor + (ulong)_structs.Fields["JavaFrameAnchor::_last_Java_fp"].Offset);
        ulong pc = Read(anchor + (ulong)_structs.Fields["JavaFrameAnchor::_last_Java_pc"].Offset);
        pc = pc == 0 ? Read(sp - 8) : pc;
        var rules = new EndingRules(new GeneratedRules(_code));
        ThreadStack stack = new StackWalker(_process, rules).Walk(new ThreadRegisters(pc, sp, fp, null), isExact: false);
        End = rules.Outside + 1;
        return Name(stack);
    }

    private List<CodeFrame> Name(ThreadStack stack)
    {
        var frames = new List<CodeFrame>();
        int interpreted = 0;
        foreach (ulong address in stack.Addresses)
        {
            UnwindRowKind kind = RowAt(address - 1).Kind;
            var named = new List<CodeFrame>();
            if (kind == UnwindRowKind.JavaInterpreter)
                _runtime.TryName(stack.Interpreter[interpreted++], named);
            else
                _runtime.TryName(address - 1, named);
            Kinds.Add(kind);
            Stubs.AddRange(named.Where(frame => frame.Kind == FrameKind.Stub).Select(frame => frame.Function));
            frames.AddRange(named.Where(frame => frame.Kind == FrameKind.Java));
        }

        return frames;
    }

    private UnwindRow RowAt(ulong address) => _code.Rows.Last(row => row.Offset <= address - _code.Base);

    /// <summary>Ids of all Java threads in their pid namespace.</summary>
    internal List<uint> Threads() => [.. List().Select(thread => thread.NamespaceTid)];

    private ulong FindThread(uint namespaceTid) => List().Single(thread => thread.NamespaceTid == namespaceTid).Thread;

    private IEnumerable<(uint NamespaceTid, ulong Thread)> List()
    {
        ulong list = Read(_structs.Statics["ThreadsSMRSupport::_java_thread_list"]);
        ulong threads = Read(list + (ulong)_structs.Fields["ThreadsList::_threads"].Offset);
        uint count = (uint)Read(list + (ulong)_structs.Fields["ThreadsList::_length"].Offset);
        VmField osThread = _structs.Fields.TryGetValue("JavaThread::_osthread", out VmField field) ? field : _structs.Fields["Thread::_osthread"];
        for (uint i = 0; i < count; i++)
        {
            ulong thread = Read(threads + (i * 8));
            ulong os = Read(thread + (ulong)osThread.Offset);
            yield return ((uint)Read(os + (ulong)_structs.Fields["OSThread::_thread_id"].Offset), thread);
        }
    }

    private ulong Read(ulong address)
    {
        _memory.TryReadPointer(address, out ulong value);
        return value;
    }

    /// <summary>Remembers where the generated code ends.</summary>
    private sealed class EndingRules(ICodeRules rules) : ICodeRules
    {
        internal ulong Outside { get; private set; }

        public bool TryFind(ulong address, out UnwindRow row, out bool isGuess)
        {
            bool isFound = rules.TryFind(address, out row, out isGuess);
            if (!isFound)
                Outside = address;
            return isFound;
        }
    }
}
