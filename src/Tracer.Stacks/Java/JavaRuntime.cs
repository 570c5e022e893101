// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Java;

/// <summary>HotSpot in one process: names compiled and interpreted methods from its memory, and gives the rules to unwind its code.</summary>
internal sealed class JavaRuntime : ILanguageRuntime
{
    private static readonly TimeSpan MinIndexAge = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly CodeCacheReader? _codeCache;
    private readonly MethodReader? _methods;
    private readonly ScopeReader? _scopes;
    private readonly List<(ulong Method, int Bytecode)> _found = [];
    private CodeIndex _index = CodeIndex.Empty;
    private long? _indexTimestamp;

    internal JavaRuntime(VmMemory memory, VmStructs structs, TimeProvider time)
    {
        _time = time;
        VmVersion version = VmVersion.Read(memory, structs);
        Name = version.Name;
        var find = new LayoutFinder(structs);
        var codeCache = new CodeCacheLayout(find);
        var methods = new MethodLayout(find);
        if (find.Missing.Length > 0)
        {
            Limitation = $"this version of HotSpot does not describe {find.Missing}";
            return;
        }

        _codeCache = new CodeCacheReader(memory, codeCache);
        _methods = new MethodReader(memory, methods, new LineTable(version.ExcludesZero));
        ScopeLayout? scopes = ScopeLayout.Find(structs);
        if (scopes is null)
            Limitation = "inlined methods and the lines of compiled methods are not known for this version of HotSpot";
        else
            _scopes = new ScopeReader(memory, scopes, version.ExcludesZero);
    }

    public FrameKind Kind => FrameKind.Java;

    public string Name { get; }

    public string Limitation { get; } = "";

    /// <summary>None: interpreted frames are on the native stack, where the rules for the interpreter's code find them.</summary>
    public InterpreterLayout? Layout => null;

    public bool TryName(ulong address, List<CodeFrame> frames)
    {
        if (_codeCache is null || !TryFindBlob(_codeCache, address, out CodeBlob blob))
            return false;
        if (blob.Kind != CodeBlobKind.Method)
        {
            frames.Add(new CodeFrame(_codeCache.NameOf(blob), "", 0, FrameKind.Stub));
            return true;
        }

        return TryNameMethod(blob, address, frames);
    }

    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames)
    {
        if (_methods?.Find(frame.Function) is not { } method)
            return false;
        ulong bytecode = unchecked(frame.Position - method.Code);
        // A native method has no bytecode. Its frame holds no pointer, or one to where the bytecode would be, depending on how it was first called.
        if (method.CodeSize > 0 && bytecode >= method.CodeSize)
            return false;
        uint line = method.CodeSize > 0 ? _methods.LineOf(method, (int)bytecode) : 0;
        frames.Add(new CodeFrame(method.Function, method.File, line, FrameKind.Java));
        return true;
    }

    public GeneratedCode? ReadCode()
    {
        if (_codeCache is null)
            return null;
        ReadIndex(_codeCache);
        return CodeRows.Build(_index);
    }

    public void Dispose()
    {
    }

    private bool TryNameMethod(in CodeBlob blob, ulong address, List<CodeFrame> frames)
    {
        _found.Clear();
        _scopes?.Read(blob, address, _found);
        // The outermost scope is the compiled method itself. If not, the memory is being changed: then only that one is certain.
        if (_found.Count == 0 || _found[^1].Method != blob.Method)
        {
            _found.Clear();
            _found.Add((blob.Method, -1));
        }

        int before = frames.Count;
        for (int i = 0; i < _found.Count; i++)
        {
            if (_methods?.Find(_found[i].Method) is not { } method)
            {
                frames.RemoveRange(before, frames.Count - before);
                return false;
            }

            uint line = _methods.LineOf(method, _found[i].Bytecode);
            frames.Add(new CodeFrame(method.Function, method.File, line, FrameKind.Java, IsInlined: i < _found.Count - 1));
        }

        return true;
    }

    private bool TryFindBlob(CodeCacheReader codeCache, ulong address, out CodeBlob blob)
    {
        // Code is flushed and its place used again: what is there now decides.
        if (_index.TryFind(address, out CodeBlob known) && codeCache.TryReadAgain(known, out blob) && blob.Contains(address))
            return true;
        blob = default;
        if (IsOutside(address) || !MayReadIndex())
            return false;
        ReadIndex(codeCache);
        return _index.TryFind(address, out blob);
    }

    // A machine that is starting has no code cache yet.
    private bool IsOutside(ulong address) => _index.High != 0 && (address < _index.Low || address >= _index.High);

    private bool MayReadIndex() => _indexTimestamp is not { } last || _time.GetElapsedTime(last) >= MinIndexAge;

    private void ReadIndex(CodeCacheReader codeCache)
    {
        _index = codeCache.Read();
        _indexTimestamp = _time.GetTimestamp();
    }
}
