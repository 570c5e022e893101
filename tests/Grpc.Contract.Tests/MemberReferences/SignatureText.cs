// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Grpc.Contract.Tests.MemberReferences;

/// <summary>Writes signatures as text, the same for a reference to a member and for its definition.</summary>
public sealed class SignatureText : ISignatureTypeProvider<string, object?>
{
    private const byte ValueType = 0x11;

    public static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope)}/{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    public static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? $"{NameOf(metadata, outer)}/{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    public static string Method(string type, string name, MethodSignature<string> signature) =>
        $"{type}: {(signature.Header.IsInstance ? "" : "static ")}{signature.ReturnType} {name}"
        + $"{(signature.GenericParameterCount > 0 ? $"<{signature.GenericParameterCount}>" : "")}({string.Join(", ", signature.ParameterTypes)})";

    public static string Field(string type, string name, string fieldType) => $"{type}: field {fieldType} {name}";

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        WithKind(NameOf(reader, handle), rawTypeKind);

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        WithKind(NameOf(reader, handle), rawTypeKind);

    public string GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

    public string GetByReferenceType(string elementType) => $"{elementType}&";

    public string GetPointerType(string elementType) => $"{elementType}*";

    public string GetPinnedType(string elementType) => elementType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => Method("", "*", signature);

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
        $"{genericType}<{string.Join(",", typeArguments)}>";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) =>
        isRequired ? $"{unmodifiedType} modreq({modifier})" : unmodifiedType;

    private static string WithKind(string name, byte rawTypeKind) => rawTypeKind == ValueType ? $"struct {name}" : name;
}
