// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Linux.Tests.Elf;

/// <summary>A stripped library and the symbols that were stripped from it, made once per test class.</summary>
public sealed class MiniDebugLibrary : IDisposable
{
    private const string Source = """
        static __attribute__((noinline)) int local_function(int value) { return value * 7; }
        int exported_function(int value) { return local_function(value) + 1; }
        """;

    private readonly TempFolder _folder = new();

    public MiniDebugLibrary()
    {
        File.WriteAllText(_folder["library.c"], Source);
        Tool.Run("gcc", "-O1", "-g", "-shared", "-fPIC", "-Wl,--build-id=sha1", "-o", _folder["full.so"], _folder["library.c"]);
        Tool.Run("strip", "-o", _folder["stripped.so"], _folder["full.so"]);
        // The recipe of the GDB manual: a debug file without debug information, with the functions that .dynsym lacks.
        Dictionary<string, ulong> all = Functions("--defined-only"), exported = Functions("-D", "--defined-only");
        File.WriteAllLines(_folder["keep"], all.Keys.Except(exported.Keys));
        Tool.Run("objcopy", "--only-keep-debug", _folder["full.so"], _folder["debug"]);
        Tool.Run("objcopy", "-S", "--remove-section", ".comment", $"--keep-symbols={_folder["keep"]}", _folder["debug"], _folder["mini"]);
        MiniImage = File.ReadAllBytes(_folder["mini"]);
        LocalFunction = all["local_function"];
        ExportedFunction = all["exported_function"];
    }

    internal byte[] MiniImage { get; }

    internal ulong LocalFunction { get; }

    internal ulong ExportedFunction { get; }

    internal byte[] Compress(byte[] content)
    {
        File.WriteAllBytes(_folder["content"], content);
        Tool.Run("xz", "--force", "--keep", _folder["content"]);
        return File.ReadAllBytes(_folder["content.xz"]);
    }

    /// <summary>The stripped library with a .gnu_debugdata section of this content; without one for null.</summary>
    internal byte[] Build(byte[]? section)
    {
        if (section is null)
            return File.ReadAllBytes(_folder["stripped.so"]);
        File.WriteAllBytes(_folder["section"], section);
        Tool.Run("objcopy", "--add-section", $".gnu_debugdata={_folder["section"]}", _folder["stripped.so"], _folder["with.so"]);
        return File.ReadAllBytes(_folder["with.so"]);
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, ulong> Functions(params string[] options)
    {
        var functions = new Dictionary<string, ulong>();
        foreach (string line in Tool.Run("nm", [.. options, _folder["full.so"]]).Split('\n'))
        {
            string[] columns = line.Split(' ');
            if (columns.Length == 3 && columns[1] is "T" or "t")
                functions[columns[2]] = ulong.Parse(columns[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        return functions;
    }
}
