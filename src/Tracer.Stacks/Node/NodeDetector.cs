// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Node;

/// <summary>Recognizes Node.js by the postmortem metadata of V8 in the program or in its library.</summary>
public sealed class NodeDetector(TimeProvider? time = null) : IRuntimeDetector
{
    private const string MetadataPrefix = "v8dbg_";

    public ILanguageRuntime? Detect(TargetProcess process)
    {
        string last = "";
        foreach (MemoryMapping mapping in process.Mappings)
        {
            // Names first: to look through the symbols of every program there is costs too much.
            if (!mapping.IsExecutable || mapping.Path == last || !IsCandidate(Path.GetFileName(mapping.Path)))
                continue;
            last = mapping.Path;
            using ElfFile? elf = process.OpenElf(mapping);
            if (elf is not null && ElfSymbolLookup.FindByPrefix(elf, MetadataPrefix, 1).Count > 0)
                return new NodeRuntime(process, V8Metadata.Read(process, elf, mapping), time ?? TimeProvider.System);
        }

        return null;
    }

    // node, nodejs, node20, libnode.so.108
    private static bool IsCandidate(string name) =>
        name.StartsWith("node", StringComparison.Ordinal) || name.StartsWith("libnode", StringComparison.Ordinal);
}
