// SPDX-License-Identifier: Apache-2.0
namespace Tracer.House.Tests;

/// <summary>Every source file says its licence first; the kernel side has one that the kernel accepts.</summary>
public sealed class LicenseTests
{
    private const string OurLicense = "SPDX-License-Identifier: Apache-2.0";
    private const string KernelLicense = "SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)";

    [Fact]
    public void The_first_line_of_every_source_file_names_the_licence() =>
        Repository.AssertNone(
            from path in Repository.Files
            where Repository.IsSource(path)
            let wanted = path.StartsWith("bpf/", StringComparison.Ordinal) ? KernelLicense : OurLicense
            where !FirstLine(path).Contains(wanted, StringComparison.Ordinal)
            select $"{path}: {FirstLine(path)}",
            "source files without their SPDX line");

    [Fact]
    public void Every_bpf_object_declares_the_dual_licence() =>
        Repository.AssertNone(
            from path in Repository.BpfFiles
            where path.EndsWith(".bpf.c", StringComparison.Ordinal) && Repository.Read(path).Contains("SEC(\"", StringComparison.Ordinal)
            where !Repository.Read(path).Contains("SEC(\"license\") = \"Dual BSD/GPL\"", StringComparison.Ordinal)
            select path,
            "BPF sources without the licence the kernel asks for");

    [Fact]
    public void Licence_texts_are_there()
    {
        Assert.Contains("Version 2.0, January 2004", Repository.Read("LICENSE"), StringComparison.Ordinal);
        Assert.Contains("BSD-2-Clause", Repository.Read("bpf/LICENSE"), StringComparison.Ordinal);
        Assert.Contains("GPL-2.0-only", Repository.Read("bpf/LICENSE"), StringComparison.Ordinal);
    }

    /// <summary>A script's first line belongs to the kernel that starts it.</summary>
    private static string FirstLine(string path)
    {
        string[] lines = Repository.ReadLines(path);
        return lines.FirstOrDefault(line => !line.StartsWith("#!", StringComparison.Ordinal)) ?? "";
    }
}
