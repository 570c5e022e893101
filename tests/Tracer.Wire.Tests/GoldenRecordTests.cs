// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Wire.Tests;

/// <summary>tests/data/records: bytes and what they mean. Rewritten only with CLOSEWAIT_UPDATE_GOLDEN=1.</summary>
public sealed class GoldenRecordTests
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Locate(), "tests", "data", "records");

    static GoldenRecordTests()
    {
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_UPDATE_GOLDEN") != "1")
            return;
        foreach ((string name, byte[] sample) in SampleRecords.All())
        {
            File.WriteAllText(Path.Combine(Folder, name + ".hex"), ToHex(sample));
            File.WriteAllText(Path.Combine(Folder, name + ".txt"), RecordText.Describe(sample));
        }
    }

    public static TheoryData<string> Names => [.. SampleRecords.All().Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_mean_what_the_text_says(string name)
    {
        string hexPath = Path.Combine(Folder, name + ".hex");
        string textPath = Path.Combine(Folder, name + ".txt");
        Assert.Equal(File.ReadAllText(textPath), RecordText.Describe(FromHex(File.ReadAllText(hexPath))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_still_have_the_golden_bytes(string name)
    {
        byte[] sample = SampleRecords.All().Single(candidate => candidate.Name == name).Bytes;
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".hex")), ToHex(sample));
    }

    [Fact]
    public void No_golden_file_is_without_a_sample()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)).Order();
        Assert.Equal(SampleRecords.All().SelectMany(sample => new[] { sample.Name + ".hex", sample.Name + ".txt" }).Order(), files);
    }

    private static string ToHex(byte[] bytes)
    {
        StringBuilder text = new();
        foreach (byte[] line in bytes.Chunk(16))
            text.Append(Convert.ToHexStringLower(line)).Append('\n');
        return text.ToString();
    }

    private static byte[] FromHex(string text) => Convert.FromHexString(text.ReplaceLineEndings(""));
}
