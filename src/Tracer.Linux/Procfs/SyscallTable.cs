// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Tracer.Linux.Procfs;

/// <summary>Names of the system calls of this machine, and which of them are about a descriptor. Immutable.</summary>
public sealed class SyscallTable
{
    private const string X64Name = "syscalls-x86-64.txt";

    private static readonly Lazy<SyscallTable> OfThisMachine = new(() =>
        new SyscallTable(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? ReadResource(X64Name) : ""));

    private readonly Dictionary<int, (string Name, SyscallDescriptor Descriptor)> _calls = [];

    internal SyscallTable(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                continue;
            string[] words = line.Split(' ');
            _calls.Add(int.Parse(words[0], CultureInfo.InvariantCulture), (words[1], DescriptorOf(words.Length > 2 ? words[2] : "")));
        }
    }

    /// <summary>Without names on a machine that has no table here.</summary>
    public static SyscallTable Native => OfThisMachine.Value;

    internal int Count => _calls.Count;

    /// <summary>"recvfrom"; "syscall 999" where no name is known.</summary>
    public string NameOf(int number) =>
        _calls.TryGetValue(number, out var call) ? call.Name : string.Create(CultureInfo.InvariantCulture, $"syscall {number}");

    public SyscallDescriptor DescriptorOf(int number) => _calls.TryGetValue(number, out var call) ? call.Descriptor : SyscallDescriptor.None;

    internal static string ReadResource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static SyscallDescriptor DescriptorOf(string word) => word switch
    {
        "first" => SyscallDescriptor.FirstArgument,
        "poll" => SyscallDescriptor.Poll,
        "select" => SyscallDescriptor.Select,
        _ => SyscallDescriptor.None,
    };
}
